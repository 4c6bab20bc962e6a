"""How much may be sent.  The budget of a listener comes later; what is here is the ceiling for publishers."""

PUBLISHER_BITS = 300_000  # bit/s told to every publisher by REMB: a voice and a camera of about 250 kbit/s
