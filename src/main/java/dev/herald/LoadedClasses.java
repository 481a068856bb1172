package dev.herald;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.jar.JarInputStream;

/**
 * Loads all of Herald's classes when the application is deployed. Payara closes an application's files before it tells the
 * application that it ends: a class that is needed for the first time on the way down, to close a client's connection say, could
 * not be loaded any more.
 */
final class LoadedClasses {

    private static final System.Logger LOG = System.getLogger(LoadedClasses.class.getName());

    private static final String CLASSES = "/WEB-INF/classes/";
    private static final String LIBRARIES = "/WEB-INF/lib/";
    private static final String HERALD = "dev/herald/";
    private static final String SUFFIX = ".class";

    private LoadedClasses() {}

    /** Loads them from the application's own classes, and from libraries whose names begin with {@code herald}. */
    static void load(ServletContext context) {
        loadBelow(CLASSES + HERALD, context);
        for (var library : paths(context, LIBRARIES)) {
            if (library.startsWith(LIBRARIES + "herald") && library.endsWith(".jar")) {
                loadFrom(library, context);
            }
        }
    }

    private static void loadBelow(String folder, ServletContext context) {
        for (var path : paths(context, folder)) {
            if (path.endsWith("/")) {
                loadBelow(path, context);
            } else {
                load(path.substring(CLASSES.length()));
            }
        }
    }

    private static Set<String> paths(ServletContext context, String folder) {
        var paths = context.getResourcePaths(folder);
        return paths == null ? Set.of() : paths;
    }

    private static void loadFrom(String library, ServletContext context) {
        try (var stream = context.getResourceAsStream(library)) {
            if (stream != null) {
                forEachName(new JarInputStream(stream), LoadedClasses::load);
            }
        } catch (IOException e) {
            LOG.log(DEBUG, () -> "the classes of " + library + " are loaded when they are needed", e);
        }
    }

    private static void forEachName(JarInputStream jar, Consumer<String> consumer) throws IOException {
        for (var entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
            consumer.accept(entry.getName());
        }
    }

    private static void load(String file) {
        if (!file.startsWith(HERALD) || !file.endsWith(SUFFIX)) {
            return;
        }
        var name = file.substring(0, file.length() - SUFFIX.length()).replace('/', '.');
        try {
            var unused = Class.forName(name, false, LoadedClasses.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.log(DEBUG, () -> "class " + name + " needs a library that is not there", e);
        }
    }
}
