/** The message board: the front page's bean, and what the board says when people come and go. An ordinary user of the api. */
@NullMarked
package dev.herald.board;

import org.jspecify.annotations.NullMarked;
