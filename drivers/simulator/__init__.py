"""Simulated devices: an estate's own points served over real sockets, with physics behind them and faults on request.

Nothing else in the program knows of them (docs/demo.md). The rooms: ``physics/`` (pure, told the time, seeded), ``bank``
and ``encode`` (values into registers), ``server`` (Modbus TCP), ``broker`` and ``publisher`` (MQTT), ``world`` (which
model stands behind which equipment), ``faults`` and ``script`` (what goes wrong), ``control`` (the injector's port), and
``run`` (all of it together).
"""
