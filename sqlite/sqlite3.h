/* The build of sqlite-wasm-rs wants a header beside the source; nothing includes it. */
