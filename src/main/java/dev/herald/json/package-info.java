/** Which text and which JSON Herald takes from clients and beans, so that every log, parser and client can hold it. */
@NullMarked
package dev.herald.json;

import org.jspecify.annotations.NullMarked;
