/* The trust store of policy.toml, for TLS connections of this firmware. */

#ifndef PERENNIAL_H
#define PERENNIAL_H

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In place of esp_crt_bundle_attach:
 *
 *     esp_http_client_config_t config = {
 *         .url = "https://...",
 *         .crt_bundle_attach = perennial_attach,
 *     };
 *
 * Makes the proven anchors the only ones of the certificate bundle, for every connection that uses it. */
esp_err_t perennial_attach(void *configuration);

#ifdef __cplusplus
}
#endif

#endif /* PERENNIAL_H */
