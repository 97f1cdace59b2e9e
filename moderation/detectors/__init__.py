"""Eyes on pictures: engines behind ``Detector``, each looking in a limited process."""
