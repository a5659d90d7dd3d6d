"""The processes of a server: started, watched, started again, adopted, replaced and ended in order."""
