/* Stand-in for esp_crt_bundle.h of ESP-IDF: the two functions as it declares them. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"
esp_err_t esp_crt_bundle_attach(void *conf);
esp_err_t esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size);
