/** A bean that does with connections of any node what clients ask it to. */
package dev.herald.it.switchboard;
