"""A load generator for call queues, the servers it is pointed at, and what is made of its figures.

The server under test is a black box: it has a SIP address, numbers to dial and a process id. Callers and
agents are the phones of the scenarios with a lighter audio side, or sipp where only the rate of calls counts.
"""
