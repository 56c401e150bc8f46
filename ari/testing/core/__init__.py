"""What every part of the simulated PBX rests on: time, events out, answers."""
