"""维保计划: what is due when, the plans themselves, the work that they bring, and the days that are worked."""
