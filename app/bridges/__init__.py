"""The bridges to the national 12315 platform and the 12345 hotline: adapters, spreadsheets, and a local stand-in."""
