// where the widgets' own script looks for its fonts: on this site
window.require = {baseUrl: new URL("vendor/", document.currentScript.src).href};
