//! Prints the TypeScript declarations of the argument and answer structs.

fn main() {
    print!("{}", tidegate::types::declarations());
}
