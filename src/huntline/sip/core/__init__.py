"""The SIP core: transactions, dialogs and digest as state machines. It performs no I/O and reads no clock."""
