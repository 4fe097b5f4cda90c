"""The queue of pushes, written in the transaction that earns them."""
