/** What several nodes on one database need: the buses by which they tell each other to look, and who of them lives. */
@NullMarked
package dev.herald.cluster;

import org.jspecify.annotations.NullMarked;
