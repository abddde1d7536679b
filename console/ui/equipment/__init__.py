"""Level 3: one machine on one page, and the tree that leads to all of them."""
