/** An application whose carts are shared documents, as docs/documents-beans.md shows it. */
package dev.herald.it.documents;
