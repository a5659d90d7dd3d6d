"""Stories of calls: real processes, real UDP and TCP on 127.0.0.1, clients foreign to the server's code."""
