// Passkeys: asks the device, and sends what it answers with the form that the page has for it.

const LEADING = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };

function isAble() {
  return window.isSecureContext && LEADING.create in (window.PublicKeyCredential ?? {});
}

async function ask(form) {
  const kind = form.dataset.passkey;
  const publicKey = PublicKeyCredential[LEADING[kind]](JSON.parse(form.dataset.options));
  const credential = (await navigator.credentials[kind]({ publicKey })).toJSON();
  // The server keeps what the device said of the key as text.
  credential.extensions = JSON.stringify(credential.clientExtensionResults ?? {});
  return JSON.stringify(credential);
}

async function answer(form) {
  const button = form.querySelector("button");
  const failed = form.querySelector("[data-failed]");
  button.disabled = true;
  failed.hidden = true;
  try {
    form.querySelector("[data-credential]").value = await ask(form);
    form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!isAble()) {
    form.querySelector("[data-unable]").hidden = false;
    form.querySelector("button").disabled = true;
    continue;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
  // Whoever came here has just asked for it; a browser that wants to be asked by a click finds the button.
  answer(form);
}
