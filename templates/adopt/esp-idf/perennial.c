#include "perennial.h"

#include <stddef.h>
#include <stdint.h>

#include "esp_crt_bundle.h"

extern const uint8_t trust_store_start[] __asm__("_binary_trust_store_bundle_start");
extern const uint8_t trust_store_end[] __asm__("_binary_trust_store_bundle_end");

esp_err_t perennial_attach(void *configuration)
{
    esp_err_t outcome = esp_crt_bundle_set(trust_store_start, (size_t)(trust_store_end - trust_store_start));
    if (outcome != ESP_OK) {
        return outcome;
    }
    return esp_crt_bundle_attach(configuration);
}
