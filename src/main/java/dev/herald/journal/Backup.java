package dev.herald.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Copies an H2 database into a file while it is used. */
final class Backup {

    private Backup() {}

    /**
     * Writes a copy of the database as it is at one moment. The file appears only when it is complete.
     *
     * @param file on the disk of the server; is not there yet
     * @throws IOException when no copy was made. The message is a sentence for the operator. There is no cause: a JMX client
     *     might not have its class
     */
    static void write(DataSource database, String file) throws IOException {
        var target = target(file);
        var unfinished = target.resolveSibling(target.getFileName() + ".part");
        try (var connection = database.getConnection()) {
            if (!connection.getMetaData().getDatabaseProductName().equals("H2")) {
                throw new IOException("only H2 is backed up here; use the tools of the database, for example pg_dump");
            }
            try (var backup = connection.prepareStatement("BACKUP TO ?")) {
                backup.setString(1, unfinished.toString());
                backup.execute();
            }
            Files.move(unfinished, target);
        } catch (SQLException e) {
            Files.deleteIfExists(unfinished);
            throw new IOException("there is no backup, the database did not write it: " + e.getMessage());
        }
    }

    private static Path target(String file) throws IOException {
        try {
            var target = Path.of(file);
            var directory = target.getParent();
            if (!target.isAbsolute() || directory == null) {
                throw new IOException("the file is to be given by its absolute path on the server, not as " + file);
            }
            if (Files.exists(target)) {
                throw new IOException("a backup replaces nothing, and this is there already: " + file);
            }
            if (!Files.isDirectory(directory)) {
                throw new IOException("there is no directory " + directory + " on the server");
            }
            return target;
        } catch (InvalidPathException e) {
            throw new IOException("this is no file name: " + file);
        }
    }
}
