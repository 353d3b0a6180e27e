// A file's text and the office's forge → the address where it goes onto a branch and into a pull request.
const NEW = { github: "new", gitea: "_new", gitlab: "-/new" };
const EDIT = { github: "edit", gitea: "_edit", gitlab: "-/edit" };
// Beyond this servers and browsers begin to refuse an address.
const LONGEST = 7_500;

const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");

// Where an existing file is edited; "" where the policy names no forge.
export const editAddress = ({ kind, site }, branch, path) => (site ? `${site}/${EDIT[kind]}/${branch}/${encoded(path)}` : "");

// Where a new file is made. `filled` tells whether the forge finds the text in the address itself.
export const newAddress = ({ kind, site }, branch, path, text) => {
  if (!site) return { address: "", filled: false };
  const [, folder, name] = /^(.*)\/([^/]+)$/.exec(path);
  if (kind === "github") {
    const bare = `${site}/${NEW.github}/${branch}?filename=${encodeURIComponent(path)}`;
    const whole = `${bare}&value=${encodeURIComponent(text)}`;
    return whole.length <= LONGEST ? { address: whole, filled: true } : { address: bare, filled: false };
  }
  if (kind === "gitlab") {
    // GitLab takes the file's name and its folder apart, and no text.
    return { address: `${site}/${NEW.gitlab}/${branch}?file_name=${encodeURIComponent(path)}`, filled: false };
  }
  const bare = `${site}/${NEW.gitea}/${branch}/${encoded(folder)}?filename=${encodeURIComponent(name)}`;
  const whole = `${bare}&value=${encodeURIComponent(text)}`;
  return whole.length <= LONGEST ? { address: whole, filled: true } : { address: bare, filled: false };
};
