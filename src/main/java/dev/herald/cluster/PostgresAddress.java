package dev.herald.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * A PostgreSQL and who connects to it. Any thread may call.
 *
 * @param url of JDBC; what it says itself overrides what is said here
 * @param user empty if the URL has it, or none is needed
 */
record PostgresAddress(String url, String user, String password) implements PostgresCarrier.Source {

    /** How long PostgreSQL may take to answer, in seconds. */
    private static final String PATIENCE = "3";

    @Override
    public Connection open() throws SQLException {
        var properties = new Properties();
        if (!user.isEmpty()) {
            properties.setProperty("user", user);
            properties.setProperty("password", password);
        }
        properties.setProperty("connectTimeout", PATIENCE);
        properties.setProperty("socketTimeout", PATIENCE);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "Herald bus");
        // A pooler may give each statement another connection.
        properties.setProperty("prepareThreshold", "0");
        // Not by way of JDBC's registry, which does not see the drivers inside a WAR.
        var connection = new Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("this is no URL of PostgreSQL");
        }
        return connection;
    }

    /** Without what is secret. */
    String name() {
        return "PostgreSQL at " + url.replaceFirst("[;?].*", "").replaceFirst("^jdbc:postgresql:(//)?", "");
    }

    @Override
    public String toString() {
        return name();
    }
}
