/** What an application of two on one server has besides the board: slow handlers, and a way to undeploy the other. */
package dev.herald.it.apps;
