// Before the plain table is drawn: the one that sorts and filters is on its way. Should it not come, the plain one shows.
document.documentElement.classList.add("ledger-coming");
setTimeout(() => document.documentElement.classList.remove("ledger-coming"), 4000);
