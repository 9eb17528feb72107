// The foot of the page.

export function Footer() {
  return (
    <footer class="footer">
      <p>
        Tidegate is a durable workflow engine: Rust compiled to WebAssembly, its state in SQLite. There is no server;
        nothing leaves this browser, and no card was charged.
      </p>
    </footer>
  );
}
