// @ts-check
/** The few lines of WebGL2 that every puppet needs. */

/**
 * A program, or an Error with the compiler's own words.
 * @param {WebGL2RenderingContext} gl
 * @param {string} vertex
 * @param {string} fragment
 * @returns {WebGLProgram}
 */
export function makeProgram(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [kind, source] of /** @type {const} */ ([
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = (gl.getAttachedShaders(program) ?? []).map((s) => gl.getShaderInfoLog(s));
    throw new Error([gl.getProgramInfoLog(program), ...logs].filter(Boolean).join("\n"));
  }
  return program;
}

/**
 * Uniform locations by name.
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLProgram} program
 * @returns {Record<string, WebGLUniformLocation | null>}
 */
export function uniformsOf(gl, program) {
  /** @type {Record<string, WebGLUniformLocation | null>} */
  const found = {};
  const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0;
  for (let i = 0; i < count; i++) {
    const name = gl.getActiveUniform(program, i)?.name.replace(/\[0\]$/, "");
    if (name) found[name] = gl.getUniformLocation(program, name);
  }
  return found;
}

/**
 * A texture of a decoded picture. Colours are multiplied by alpha (canvases here, bitmaps
 * when they are decoded), so that a soft edge never drags in the colour of clear pixels.
 * @param {WebGL2RenderingContext} gl
 * @param {TexImageSource} picture
 * @param {{mipmaps?: boolean}} [options]
 * @returns {WebGLTexture}
 */
export function makeTexture(gl, picture, { mipmaps = true } = {}) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(
    gl.TEXTURE_2D,
    gl.TEXTURE_MIN_FILTER,
    mipmaps ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR,
  );
  if (mipmaps) gl.generateMipmap(gl.TEXTURE_2D);
  return texture;
}

/**
 * ``#rrggbb`` as three numbers from 0 to 1.
 * @param {string | undefined} hex
 * @param {[number, number, number]} otherwise
 * @returns {[number, number, number]}
 */
export function colour(hex, otherwise) {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex ?? "");
  if (!match) return otherwise;
  const part = (/** @type {number} */ i) => parseInt(match[i], 16) / 255;
  return [part(1), part(2), part(3)];
}
