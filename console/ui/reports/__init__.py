"""The report centre: reports, ledgers and energy on the screen, as PDF, xlsx and csv, and by mail on a schedule."""
