"""The errors of real receivers, the same statistics of the simulation, and the picture of both."""
