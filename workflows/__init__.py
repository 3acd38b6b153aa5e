"""The engine every case stands on: edges, clocks, journal, outbox. It knows no domain."""
