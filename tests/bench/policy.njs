// The same policy for nginx's njs.

function respond(r) {
  const v = r.variables;
  if (v.ssl_client_verify !== "SUCCESS") return r.return(403, "denied");
  r.headersOut["Content-Type"] = "application/json";
  r.return(200, JSON.stringify({
    verified: v.ssl_client_verify, issuer: v.ssl_client_i_dn, serial: v.ssl_client_serial,
    sha1: v.ssl_client_fingerprint, notBefore: v.ssl_client_v_start, notAfter: v.ssl_client_v_end,
  }));
}

function forward(r) {
  if (r.variables.ssl_client_verify !== "SUCCESS") return r.return(403, "denied");
  r.internalRedirect("@origin");
}

export default { respond, forward };
