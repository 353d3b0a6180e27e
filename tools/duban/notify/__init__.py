"""Reminders → messages on the owners' channels, each once, and a journal of what was sent."""

from duban.notify.channels import Channels
from duban.notify.delivery import BAD, Delivery, deliver
from duban.notify.issues import Issues
from duban.notify.journal import Journal, JournalError

__all__ = ["BAD", "Channels", "Delivery", "Issues", "Journal", "JournalError", "deliver"]
