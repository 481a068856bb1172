# Build once with "mvn verify", which leaves the WAR and the server in target/; then "docker build -t herald .".
FROM eclipse-temurin:17.0.15_6-jre-noble

RUN useradd --system --create-home --home-dir /herald herald
WORKDIR /herald
COPY target/server/payara-micro.jar ./
COPY payara-config/ payara-config/
COPY target/herald.war ./

# The log's database: give it a volume, or it goes with the container.
RUN mkdir data && chown herald data
VOLUME /herald/data

USER herald
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]

# Of an out-of-memory error the JVM dies, so that whoever runs the container starts a new one.
ENTRYPOINT ["java", "-XX:+ExitOnOutOfMemoryError", "-XX:MaxRAMPercentage=75", "-Dherald.address=0.0.0.0", "-jar", "payara-micro.jar", \
    "--nohazelcast", "--disablephonehome", "--port", "8080", "--contextroot", "/", \
    "--logproperties", "payara-config/logging.properties", "--prebootcommandfile", "payara-config/pre-boot-commands.txt", \
    "--deploy", "herald.war"]
