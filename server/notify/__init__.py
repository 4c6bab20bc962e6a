"""Notices: kept with what causes them, shown in the program, sent by mail with a calendar file."""
