// Passkeys: the browser makes one, or shows one, and the form sends what it says. Where a browser
// runs no scripts or knows no passkeys, the page says what to do instead.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list = []) => list.map((each) => ({ ...each, id: toBytes(each.id) }));

/** Has the browser make a passkey; the person shows a finger, a face or a PIN. */
async function make({ creation_options: { publicKey } }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
  return {
    ...told(made),
    response: {
      attestationObject: toText(made.response.attestationObject),
      clientDataJSON: toText(made.response.clientDataJSON),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

/** Has the browser show a passkey that it or a telephone holds. */
async function show({ request_options: { publicKey } }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
  return {
    ...told(shown),
    response: {
      authenticatorData: toText(authenticatorData),
      clientDataJSON: toText(clientDataJSON),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null,
    },
  };
}

const told = (credential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
});

/** What the server wants: on the page already, or asked for when it is needed. */
async function optionsOf(form, page) {
  const { passkeyOptions } = form.dataset;
  if (passkeyOptions) return JSON.parse(page.getElementById(passkeyOptions).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("The server gave no options.");
  return answer.json();
}

async function send(form, page) {
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const options = await optionsOf(form, page);
    const credential = await (form.dataset.passkey === "make" ? make(options) : show(options));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

export function startPasskeys(page) {
  if (!("PublicKeyCredential" in window)) return;
  for (const form of page.querySelectorAll("form[data-passkey]")) {
    for (const part of form.querySelectorAll("[data-passkey-with]")) part.hidden = false;
    for (const part of form.querySelectorAll("[data-passkey-without]")) part.hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, page);
    });
  }
}
