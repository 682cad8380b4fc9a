"""On the device: boards, the loop that decodes them, and what it writes."""
