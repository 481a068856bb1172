package dev.herald.api;

/**
 * Another node of the cluster that gave no answer, so what it knows is missing from a result of all nodes.
 *
 * <pre>{@code
 * herald.allConnections().thenAccept(all -> all.unreached().forEach(node -> System.out.println(node.why())));
 * }</pre>
 *
 * @param node the id of the node's present life, as the logs of the nodes have it
 * @param why a sentence for people
 */
public record UnreachedNode(String node, String why) {}
