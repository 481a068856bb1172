/** The policy of channels that docs/beans.md shows. */
package dev.herald.it.orders;
