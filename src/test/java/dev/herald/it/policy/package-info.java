/** An application whose channels are not for everybody, by a policy of its own and by rules of the configuration. */
package dev.herald.it.policy;
