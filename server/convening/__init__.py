"""Before the meeting: the plan of the year, agendas, what may be planned, documents, notices, answers.

agendas.py     items of an agenda, and the templates of committees
marks.py       secrecy marks, which nothing here may bear; pure
allowed.py     what a meeting may be on its day, each refusal with its document; what is only warned of
planning.py    a meeting planned, changed, cancelled
by_groups.py   a round planned: a meeting for each party group
gathering.py   what the groups of a round held, for its Call
motions.py     the motions of a round; pure
rows.py        a planned meeting found anew, still open to change or not, changed
plans.py       the plan of a year
documents.py   files of a meeting: kept by hash, read by whom
converting.py  a file looked through and made into a PDF, in a process of its own
answers.py     who comes, who is excused, and whose absences are too many
notices.py     who is told what, with a calendar file
calling.py     everything above becomes the Call of the meeting
"""
