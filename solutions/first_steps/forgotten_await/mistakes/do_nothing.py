"""Returns a number at once, adds nobody and sends nothing.

Caught by: mail_is_sent, nothing_is_left_over, refusal_is_heard
"""


async def sign_up(members, mailer, name, address):
    return 1
