/** Herald's own HTTP: single requests with their answers, and streams of Server-Sent Events ({@code docs/http.md}). */
@NullMarked
package dev.herald.http;

import org.jspecify.annotations.NullMarked;
