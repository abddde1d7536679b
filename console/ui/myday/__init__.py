"""My day: what is late, what waits for the person who is signed on, what is due, and where each of them is done."""
