#include "shortlist/server/http/tls.h"

#include "shortlist/base/error.h"
#include "shortlist/server/keys.h"

namespace shortlist {

std::shared_ptr<TlsContext> make_tls(const ServerSettings& settings) {
  check_only_owner_writes(settings.tls_key);
  auto tls = std::make_shared<TlsContext>(TlsContext::tls_server);
  tls->set_options(TlsContext::default_workarounds | TlsContext::no_tlsv1 | TlsContext::no_tlsv1_1);
  SocketError error;
  tls->use_certificate_chain_file(settings.tls_certificate, error);
  if (error) throw data_error("{}: {}, need a PEM certificate", settings.tls_certificate, error.message());
  tls->use_private_key_file(settings.tls_key, TlsContext::pem, error);
  if (error) throw data_error("{}: {}, need the certificate's PEM key", settings.tls_key, error.message());
  return tls;
}

}  // namespace shortlist
