/** What operators see of Herald: its health by HTTP, and its state by JMX. */
@NullMarked
package dev.herald.operate;

import org.jspecify.annotations.NullMarked;
