#include "shortlist/server/http/tls.h"

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"
#include "shortlist/server/keys.h"

namespace shortlist {
namespace {

// OpenSSL would wait for the writer of a pipe.
FileBytes read_pem(const std::string& path, const char* what) {
  try {
    return FileBytes(path);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}, need a PEM {}", error.message(), what));
  }
}

boost::asio::const_buffer buffer_of(const FileBytes& file) {
  return {file.bytes().data(), file.bytes().size()};
}

}  // namespace

std::shared_ptr<TlsContext> make_tls(const ServerSettings& settings) {
  check_only_owner_writes(settings.tls_key);
  auto tls = std::make_shared<TlsContext>(TlsContext::tls_server);
  tls->set_options(TlsContext::default_workarounds | TlsContext::no_tlsv1 | TlsContext::no_tlsv1_1);
  SocketError error;
  const FileBytes certificate = read_pem(settings.tls_certificate, "certificate");
  tls->use_certificate_chain(buffer_of(certificate), error);
  if (error) throw data_error("{}: {}, need a PEM certificate", settings.tls_certificate, error.message());
  const FileBytes key = read_pem(settings.tls_key, "key");
  tls->use_private_key(buffer_of(key), TlsContext::pem, error);
  if (error) throw data_error("{}: {}, need the certificate's PEM key", settings.tls_key, error.message());
  return tls;
}

}  // namespace shortlist
