// What is being filled in, kept in this browser until it is sent, so that nothing is lost on reload.
const PREFIX = "duban.fill-in.";

// Storage may be forbidden or full: then nothing is kept, and `false` says so.
export const keep = (name, value) => {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify({ value, at: new Date().toISOString() }));
    return true;
  } catch {
    return false;
  }
};

export const kept = (name) => {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
};

export const forget = (name) => {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
};
