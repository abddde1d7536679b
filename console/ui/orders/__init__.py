"""Work orders: the board, the list, the history, and one order with everything that can be done to it."""
